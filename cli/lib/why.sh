# shellcheck shell=bash
# why TRACEID: what came of one request to buy, from the edge's answer to the order and its money.

verb_why() {
  local trace=${1:-} decision order
  [[ "$trace" =~ ^(0{16})?([0-9a-f]{16})$ ]] \
    || misuse "'$trace' is no trace id: it is the traceID of an answer, 16 of 0-9 a-f."
  [[ $# -eq 1 ]] || misuse "'$2' is not known here."
  trace=${BASH_REMATCH[2]}
  find_socket_dir
  [[ -S "$MYSQL_SOCKET" ]] || die 'MariaDB is not running.' 'Run ./flashsale up first.'
  decision=$(why_decision "$trace")
  order=$(why_order "$trace")
  if [[ -z "$decision$order" ]]; then
    say "Nothing is kept under $trace."
    say 'For a week at most are kept, of answers to POST /buy: some of each second to each address that is kept out, and a sample of'
    say 'other refusals. What was reserved a second ago may not be written yet.'
    return 1
  fi
  [[ -z "$decision" ]] || why_say 'The edge' "$decision"
  [[ -z "$decision" ]] || why_say 'What kept them out' "$(why_entries "$trace")"
  [[ -z "$order" ]] || why_say 'The order' "$order"
  [[ -z "$order" ]] || why_say 'What happened to it' "$(why_trail "$trace")"
}

why_say() { # TITLE LINES
  [[ -z "$2" ]] || printf '%s\n%s\n' "$1" "$(sed 's/^/  /' <<<"$2")"
}

why_decision() {
  why_ask "SELECT CONCAT(decided_at, ' UTC  ', code, COALESCE(CONCAT('  SKU ', sku), ''), COALESCE(CONCAT('  account ', user_id), ''),
      COALESCE(CONCAT('  address ', address), ''), '  at ', node) FROM decision WHERE trace_id = '$1'"
}

# The entries that stood when it was answered.
why_entries() {
  why_ask "SELECT CONCAT(e.kind, ' ', e.value, '  by ', e.source, ': ', e.reason, '  from ', e.created_at, ' to ',
      COALESCE(e.expires_at, 'when it is lifted'), COALESCE(CONCAT(', lifted ', e.lifted_at), ''))
    FROM decision d JOIN blacklist_entry e
      ON (e.kind = 'account' AND e.value = d.user_id) OR (e.kind = 'address' AND e.value = d.address)
      OR (e.kind = 'network' AND d.address IS NOT NULL)
    WHERE d.trace_id = '$1' AND d.ends IS NOT NULL AND e.created_at <= d.decided_at + INTERVAL 1 SECOND
      AND (e.expires_at IS NULL OR e.expires_at > d.decided_at - INTERVAL 2 SECOND)
      AND (e.lifted_at IS NULL OR e.lifted_at > d.decided_at - INTERVAL 2 SECOND)
      AND (e.kind <> 'network' OR $(why_in_network))
    ORDER BY e.id"
}

# Whether d.address is in e.value, in SQL: the first bits of both, as many as stand after the slash.
why_in_network() {
  local bits="CAST(SUBSTRING_INDEX(e.value, '/', -1) AS UNSIGNED)"
  local network="INET6_ATON(SUBSTRING_INDEX(e.value, '/', 1))" address='INET6_ATON(d.address)'
  printf '%s' "(LENGTH($network) = LENGTH($address)
      AND LEFT($network, $bits DIV 8) = LEFT($address, $bits DIV 8)
      AND ($bits MOD 8 = 0 OR CONV(HEX(SUBSTRING($network, $bits DIV 8 + 1, 1)), 16, 10) >> (8 - $bits MOD 8)
        = CONV(HEX(SUBSTRING($address, $bits DIV 8 + 1, 1)), 16, 10) >> (8 - $bits MOD 8)))"
}

why_order() {
  why_ask "SELECT CONCAT(id, '  ', state, COALESCE(CONCAT(' (', reason, ')'), ''), '  SKU ', sku, '  account ', user_id, '  ', quantity,
      ' unit(s)  accepted ', created_at, ' UTC, to be paid by ', pay_before) FROM orders WHERE trace_id = '$1' ORDER BY id"
}

why_trail() {
  why_ask "SELECT CONCAT(l.created_at, ' UTC  ', l.event, '  available ', l.delta_available, '  held ', l.delta_held, '  sold ',
      l.delta_sold) FROM orders o JOIN stock_ledger l ON l.order_id = o.id WHERE o.trace_id = '$1' ORDER BY l.id"
  why_ask "SELECT CONCAT(p.created_at, ' UTC  payment ', p.id, '  ', p.state) FROM orders o JOIN payment_order s ON s.order_id = o.id
    JOIN payment p ON p.id = s.payment_id WHERE o.trace_id = '$1' ORDER BY p.created_at"
}

why_ask() { mysql_client -N -B flashsale -e "$1" || die 'MariaDB did not answer.'; }
