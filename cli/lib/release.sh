# shellcheck shell=bash
# release: the commits and the tag of a version. It builds nothing and sends nothing: the tag, once it is pushed, makes the images
# (.github/workflows/release.yml), after all tests.

verb_release() {
  local version=${1:-} current next
  [[ $# -eq 1 && "$version" =~ ^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$ ]] ||
    misuse "release takes a version like 0.1.0."
  next="${BASH_REMATCH[1]}.$((BASH_REMATCH[2] + 1)).0-SNAPSHOT"
  current=$(pom_version)
  [[ "$current" == *-SNAPSHOT ]] || die "pom.xml is at $current, which is no version to make a release from." 'It ends in -SNAPSHOT between releases.'
  [[ -z "$(git -C "$ROOT" status --porcelain)" ]] || die 'This checkout has changes that are in no commit.' 'Commit or stash them: git status'
  ! git -C "$ROOT" rev-parse -q --verify "refs/tags/v$version" >/dev/null || die "There is a tag v$version already."
  [[ -n "$(changes_of Unreleased)" ]] || die 'CHANGELOG.md says nothing under "## Unreleased".' 'Write there what is new, and commit it.'

  set_pom_versions "$current" "$version"
  sed -i "s/^## Unreleased\$/&\n\n## $version - $(date -u +%Y-%m-%d)/" "$ROOT/CHANGELOG.md"
  git -C "$ROOT" commit -qam "release: $version"
  git -C "$ROOT" tag -a "v$version" --cleanup=whitespace -m "Flashsale $version" -m "$(changes_of "$version")"
  # From here on the next version is N, and this one is N-1.
  set_pom_versions "$version" "$next"
  sed -i "/^#/!s/.*/v$version/" "$ROOT/e2e/upgrade-from"
  git -C "$ROOT" commit -qam "release: $next begins, which is upgraded to from $version"
  say "v$version is a tag here, and main goes on as $next. Look at it (git show v$version), then send both:
  git push --atomic origin HEAD v$version
Undo, before that: git tag -d v$version && git reset --hard HEAD~2"
}

# changes_of HEADING: what stands under it in the changelog.
changes_of() {
  awk -v heading="$1" '/^## / { on = $2 == heading; next } on' "$ROOT/CHANGELOG.md" | sed '/./,$!d'
}

pom_version() { sed -n '/<artifactId>flashsale<\/artifactId>/{n;s/.*<version>\(.*\)<\/version>.*/\1/p;q}' "$ROOT/pom.xml"; }

# set_pom_versions FROM TO: of the project and of all modules, which name it as their parent.
set_pom_versions() {
  local pom
  while IFS= read -r pom; do
    sed -i "/<artifactId>flashsale\(-jmeter\)\?<\/artifactId>/{n;s/<version>$1</<version>$2</}" "$ROOT/$pom"
  done < <(git -C "$ROOT" ls-files '*pom.xml')
}
