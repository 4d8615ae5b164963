# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2153,SC2154,SC2317 # the names are those of the parts under test

refused() { # WORDS ARGUMENT…
  local words=$1
  shift
  cli "$@"
  ends_with 2
  says "$words"
}

test_help_names_every_verb() {
  local verb
  cli help
  ends_with 0
  for verb in up upgrade down status logs reset doctor release promo buyers stock refund settle dlq reconcile why mysql redis test bench; do says "$verb"; done
}

test_bench_says_how_it_is_called_before_it_installs_or_builds_anything() {
  cli bench --help
  ends_with 0
  says '[--running] [--write]'
}

test_an_unknown_verb_is_misuse() { refused "'sell' is no verb" sell; }
test_an_unknown_flag_is_misuse() { refused "'--now' is not known" up --now; }
test_an_unknown_stage_is_misuse() { refused "'everything' is no stage" test everything; }
test_a_fault_that_is_no_class_of_faults_is_misuse() { refused '--only takes a class' test fault --only 'redis killed'; }
test_single_faults_of_another_stage_are_misuse() { refused 'belong to the stage fault' test e2e --only RedisFaultIT; }
test_a_class_of_faults_of_another_stage_is_misuse() { refused 'belong to the stage fault' test compose --only RedisFaultIT; }
test_single_tests_of_a_stage_without_a_system_are_misuse() { refused 'belongs to the stage e2e, compose or fault' test unit --only PaymentIT; }
test_single_tests_of_two_stages_are_misuse() { refused 'belongs to the stage e2e, compose or fault' test e2e fault --only RedisFaultIT; }
test_promo_without_an_action_is_misuse() { refused 'promo takes publish' promo; }
test_a_negative_stock_is_refused() { refused "--stock is '-5'" promo publish --sku T1 --stock -5 --closes +1h; }
test_stock_with_a_fraction_is_refused() { refused "--stock is '1.5'" promo publish --sku T1 --stock 1.5 --closes +1h; }
test_a_promo_without_stock_is_refused() { refused 'needs --stock' promo publish --sku T1 --closes +1h; }
test_a_promo_that_ends_before_it_opens_is_refused() {
  refused 'would end before it opens' promo publish --sku T1 --stock 5 --opens +2h --closes +1h
}
test_a_trace_id_that_is_none_is_misuse() {
  refused "'' is no trace id" why
  refused 'is no trace id' why "1' OR 1=1"
  refused 'is no trace id' why 0123456789ABCDEF
  refused "'and' is not known" why 0123456789abcdef and
}
test_a_promo_that_is_over_is_refused() {
  refused 'would have ended already' promo publish --sku T1 --stock 5 --opens 2020-01-01T00:00:00Z --closes 2020-01-02T00:00:00Z
}
test_a_time_without_a_zone_is_refused() {
  refused "--closes is '2030-01-01T00:00'" promo publish --sku T1 --stock 5 --closes 2030-01-01T00:00
}
test_a_day_that_is_none_is_refused() {
  refused "--closes is '2030-02-31T00:00Z'" promo publish --sku T1 --stock 5 --closes 2030-02-31T00:00Z
}
test_a_sku_with_other_characters_is_refused() { refused "'a b' is not a SKU" promo publish --sku 'a b' --stock 5 --closes +1h; }
test_a_hold_that_is_no_span_is_refused() {
  refused "--hold is '5 minutes'" promo publish --sku T1 --stock 5 --closes +1h --hold '5 minutes'
}
test_a_level_limit_without_a_level_is_refused() {
  refused "--level-limit is '5'" promo publish --sku T1 --stock 5 --closes +1h --level-limit 5
}
test_an_option_without_its_value_is_misuse() { refused '--sku needs a value' promo publish --sku; }
test_an_unknown_option_is_misuse() { refused "does not know '--colour'" promo publish --colour red; }
test_no_buyers_are_refused() { refused "the number of buyers is '0'" buyers 0; }
test_buyers_without_a_number_are_refused() { refused "the number of buyers is ''" buyers; }
test_reconcile_with_something_else_is_misuse() { refused 'reconcile takes --dry-run' reconcile now; }
test_a_finding_that_has_no_number_is_refused() { refused '--approve takes the id of a finding' reconcile --approve x; }
test_a_refund_of_nothing_is_misuse() { refused "'' is not the id of an order" refund; }
test_a_refund_without_a_reason_is_misuse() { refused '--reason says why' refund 1-abc; }
test_a_refund_of_no_units_is_misuse() { refused "--units is '0'" refund 1-abc --units 0 --reason x; }
test_a_refund_with_something_else_is_misuse() { refused "refund does not know '--all'" refund 1-abc --all; }
test_settling_something_else_than_a_promo_is_misuse() { refused "not 'SKU0001'" settle SKU0001; }
test_settle_with_something_else_is_misuse() { refused "settle does not know '--pdf'" settle 1 --pdf x; }
test_dlq_without_an_action_is_misuse() { refused 'dlq takes list' dlq; }
test_a_message_that_has_no_number_is_refused() { refused "'x' is not the id of a parked message" dlq replay x; }
test_a_discard_without_a_reason_is_refused() { refused "and --why 'the reason'" dlq discard 7; }
test_a_withdrawal_without_units_is_misuse() { refused 'takes a SKU and a number of units' promo withdraw T1 --reason x; }
test_a_withdrawal_of_no_units_is_misuse() { refused "the number of units is '0'" promo withdraw T1 0 --reason x; }
test_a_withdrawal_of_half_a_unit_is_misuse() { refused "the number of units is '0.5'" promo withdraw T1 0.5 --reason x; }
test_a_withdrawal_without_a_reason_is_misuse() { refused '--reason says why' promo withdraw T1 5; }
test_a_withdrawal_for_a_blank_reason_is_misuse() { refused '--reason says why' promo withdraw T1 5 --reason ' '; }
test_a_withdrawal_with_a_bad_key_is_misuse() { refused "--key is 'a b'" promo withdraw T1 5 --reason x --key 'a b'; }
test_a_withdrawal_with_something_else_is_misuse() { refused "does not know '--all'" promo withdraw T1 5 --all; }
test_a_withdrawal_from_a_bad_sku_is_misuse() { refused "'a b' is not a SKU" promo withdraw 'a b' 5 --reason x; }
test_stock_of_nothing_is_misuse() { refused 'stock takes one SKU' stock; }
test_logs_of_an_unknown_part_are_refused() {
  mkdir -p "$SCRATCH/home/logs"
  refused "'cat' is no part" logs cat
}

test_times_are_read_as_people_say_them() {
  unset EPOCHSECONDS # else the shell keeps it
  EPOCHSECONDS=1000
  equals "$(epoch_of now)" 1000
  equals "$(epoch_of +1h30m)" 6400
  equals "$(epoch_of 1970-01-01T01:00:00Z)" 3600
  equals "$(epoch_of 1970-01-01T01:00:00+01:00)" 0
  equals "$(seconds_of 2d)" 172800
  equals "$(seconds_of 08s)" 8
}

test_a_promo_becomes_the_publication_that_the_cms_reads() {
  local -A given=([opens]=now [hold]=30m [price]=0 [min-level]=0)
  local -a level_limits=()
  read_publish_options --sku T1 --stock 500 --limit 1 --opens 2090-01-01T00:00:00Z --closes 2090-01-01T01:00:00Z \
    --price 1999 --list-price 2999 --image 7 --list 3 --name 'A "quoted" \ name' --min-level 2 --level-limit 3=5 --level-limit 4=0
  check_publish_options
  equals "$(publication_json)" '{"publish":true,"name":"A \"quoted\" \\ name","description":"","opensAt":"2090-01-01T00:00:00Z","closesAt":"2090-01-01T01:00:00Z","items":[{"sku":"T1","name":"A \"quoted\" \\ name","priceMinor":1999,"listPriceMinor":2999,"image":7,"list":3,"currency":"CNY","published":500,"holdSeconds":1800,"quantityLimit":1,"minLevel":2,"levelLimits":{"3":5,"4":0}}]}'
}

test_fields_of_an_answer_are_found() {
  local json='{"code":"BAD_REQUEST","detail":"say \"why\"","id": 7,"carried":false,"field":null}'
  equals "$(json_field detail "$json")" 'say "why"'
  equals "$(json_field id "$json")" 7
  equals "$(json_field carried "$json")" false
  ! json_field title "$json" || fail 'it found what is not there'
}

test_a_verb_that_needs_a_running_system_says_so() {
  local verb
  for verb in 'stock SKU0001' 'buyers 1' 'promo pause T1' 'promo withdraw T1 1 --reason x' 'dlq list' reconcile mysql redis logs; do
    # shellcheck disable=SC2086 # words
    cli $verb
    ends_with 1
    says 'Run ./flashsale up first.'
  done
}

test_status_of_nothing_is_a_line_per_part_and_fails() {
  cli status
  ends_with 1
  equals "$(grep -c ' stopped ' <<<"$OUT")" "${#PARTS[@]}"
}

test_down_of_nothing_is_fine() {
  cli down
  ends_with 0
}
