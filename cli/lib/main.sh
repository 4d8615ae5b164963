# shellcheck shell=bash
# Which verb does what.

main() {
  local verb=${1:-help}
  [[ $# -eq 0 ]] || shift
  case $verb in
    help | -h | --help) verb_help ;;
    up | upgrade | down | status | logs | reset | build | compose | release | test | bench | doctor | promo | buyers | stock | refund | settle | dlq | keys | people | reconcile | why | mysql | redis)
      load_settings
      find_monitoring
      "verb_$verb" "$@"
      ;;
    *) misuse "'$verb' is no verb." ;;
  esac
}

# parse_flags NAME… -- ARGUMENT…: sets the variable NAME to 1 for each --NAME; anything else is misused.
parse_flags() {
  local -a known=()
  while [[ "$1" != -- ]]; do known+=("$1") && shift; done
  shift
  local argument
  for argument in "$@"; do
    [[ "$argument" == --* && " ${known[*]} " == *" ${argument#--} "* ]] || misuse "'$argument' is not known here."
    printf -v "${argument#--}" 1
  done
}

no_arguments() { [[ $# -eq 0 ]] || misuse "'$1' is not known here."; }

verb_help() {
  cat <<'TEXT'
./flashsale VERB

  up [--yes] [--monitoring]  install what is missing (asks), build, start, publish the demo promo; again: only what is missing;
                             --monitoring: with Prometheus, its alerts and charts
  upgrade [--back] [PART…]   to the version of this checkout, a part after the other, while the one that runs goes on selling;
                             --back: to an older one, in the reverse order (docs/upgrade.md)
  down                       stop; the data stay
  status                     a line per part
  logs [PART]                follow the logs
  reset [--yes]              stop and delete the data
  doctor                     what is missing, misconfigured or taken, and the mend
  build                      the jars alone, into target/built
  compose [--debian] …       docker compose, with secrets made and checks before: compose up -d, compose logs edge, compose down -v;
                             --debian: with stores from Debian's packages, where no image can be pulled
  release VERSION            the commits and the tag of a version, sent nowhere (CONTRIBUTING.md)

  promo publish --sku SKU --stock N --opens now|TIME --closes +1h|TIME
        [--limit N] [--hold 30m] [--price MINOR] [--list-price MINOR] [--image N] [--name NAME]
        [--list N] [--min-level N] [--level-limit LEVEL=N]…
  promo pause|resume|end SKU
  promo topup SKU N
  promo withdraw SKU N --reason TEXT [--key KEY]
                                        takes unsold units off sale, all of them or none
  buyers N [--level L] [--prefix P]     CSV userID,userLevel,sessionID
  stock SKU                             JSON, with whether MySQL and Redis agree
  refund ORDER --reason TEXT [--units N] [--restock] [--key KEY]
                                        gives money back; --restock: the units are on sale again
  settle PROMO [--page FILE] [--orders FILE]
                                        what a promo came to when it is over: JSON, a page, each order as CSV
  reconcile [--dry-run]                 proves that MySQL and Redis agree, order by order; repairs what is safe to repair
  reconcile --approve ID                repairs what waits for a person, or takes it as it is
  why TRACEID                           what came of one request: the edge's answer and what kept somebody out, or the order
  keys list                             the keys of session tokens
  keys rotate                           a new one signs, and nobody is logged out
  keys drop KID                         an old one is not believed any more
  people add NAME ROLE                  lets somebody log in to the CMS, as editor, reviewer, operator, risk, auditor or administrator
  people reset NAME                     makes a new password, for who has forgotten theirs or is locked out
  dlq list [--all]|show ID              messages that could not become orders, with their reasons
  dlq replay ID|--all                   try them again
  dlq discard ID --why TEXT             give one up; what was held for it goes back on sale
  mysql …, redis …                      the real client on the running component

  test [unit|edge|edge-newer|integration|mysql|containers|e2e|upgrade|compose|fault]
                                        all tests, or one stage, on own ports and data; edge-newer,
                                        mysql, containers and upgrade only so
  test fault                               every fault, with what each costs; in `test` there is a selection of them
  test fault --only RedisFaultIT           one class of faults, or RedisFaultIT#a_method*; e2e and compose take one of their own so
  test fault --minutes N [--seed S]        faults at random for so long
  bench [NAME] [--running] [--write]       the benchmarks, as ratios to limits measured in the same run
  bench --help                             which there are, and what their words mean

Settings come from the environment or .env; .env.example lists them.
TEXT
}
