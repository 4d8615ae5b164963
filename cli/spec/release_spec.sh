# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2153,SC2154,SC2317 # the names are those of the parts under test
# What a release changes, in a checkout made for the test.

checkout() {
  ROOT="$SCRATCH/checkout"
  mkdir -p -- "$ROOT/part" "$ROOT/e2e"
  export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
  printf '<project>\n  <artifactId>flashsale</artifactId>\n  <version>0.3.0-SNAPSHOT</version>\n  <artifactId>other</artifactId>\n  <version>0.3.0-SNAPSHOT</version>\n</project>\n' |
    tee "$ROOT/pom.xml" >"$ROOT/part/pom.xml"
  printf '# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.2.0 - 2026-01-01\n\n- An old thing.\n' >"$ROOT/CHANGELOG.md"
  printf '# why\nv0.2.0\n' >"$ROOT/e2e/upgrade-from"
  git init -q "$ROOT"
  commit start
}

commit() { git -C "$ROOT" add -A && git -C "$ROOT" commit -qm "$1"; }

at() { git -C "$ROOT" show "$1"; }

test_a_release_is_a_tag_with_its_part_of_the_changelog_and_the_next_version_begins() {
  checkout
  verb_release 0.3.0 >/dev/null
  equals "$(at v0.3.0:pom.xml | grep -c '<version>0.3.0</version>')" 1
  equals "$(at v0.3.0:part/pom.xml | grep -c '<version>0.3.0</version>')" 1
  equals "$(at v0.3.0:e2e/upgrade-from | tail -n 1)" v0.2.0
  equals "$(at v0.3.0:CHANGELOG.md | grep '^## ')" "## Unreleased
## 0.3.0 - $(date -u +%Y-%m-%d)
## 0.2.0 - 2026-01-01"
  equals "$(git -C "$ROOT" tag -l --format='%(contents)' v0.3.0)" 'Flashsale 0.3.0

### Added

- A thing.'
  equals "$(at HEAD:pom.xml | grep -c '<version>0.4.0-SNAPSHOT</version>')" 1
  equals "$(at HEAD:e2e/upgrade-from)" '# why
v0.3.0'
  equals "$(git -C "$ROOT" status --porcelain)" ''
}

test_a_release_without_changes_is_refused_and_changes_nothing() {
  checkout
  verb_release 0.3.0 >/dev/null
  fails_saying 'says nothing under "## Unreleased"' verb_release 0.4.0
  equals "$(git -C "$ROOT" tag)" v0.3.0
  equals "$(git -C "$ROOT" status --porcelain)" ''
}

test_a_release_of_what_is_in_no_commit_is_refused() {
  checkout
  : >"$ROOT/new"
  fails_saying 'changes that are in no commit' verb_release 0.3.0
}

test_a_version_that_is_released_is_not_released_again() {
  checkout
  git -C "$ROOT" tag v0.3.0
  fails_saying 'There is a tag v0.3.0 already' verb_release 0.3.0
}

test_a_version_that_is_none_is_misuse() {
  fails_saying 'release takes a version' verb_release 1.0
  fails_saying 'release takes a version' verb_release v1.0.0
  fails_saying 'release takes a version' verb_release
}
