-- Money for orders. A payment is one attempt to pay one order; what its provider says of it comes as events, each kept once.
CREATE TABLE payment (
  id             VARCHAR(48)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- <order id>-<attempt>; the provider's idempotency key
  order_id       VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  provider       VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  provider_ref   VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  pay_url        VARCHAR(512) NULL,
  amount_minor   BIGINT       NOT NULL,
  currency       CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  received_minor BIGINT       NULL, -- what the provider says it took
  state          VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- CREATED PAID FAILED LATE REFUND_DUE REFUNDED
  reason         VARCHAR(64)  NULL,
  created_at     DATETIME(3)  NOT NULL,
  updated_at     DATETIME(3)  NOT NULL,
  next_at        DATETIME(3)  NOT NULL, -- when the provider is to be asked, if it has said nothing
  tries          INT          NOT NULL DEFAULT 0, -- of asking
  PRIMARY KEY (id),
  UNIQUE KEY payment_provider_ref (provider, provider_ref),
  KEY payment_order (order_id),
  KEY payment_due (state, next_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE payment_event (
  id           BIGINT      NOT NULL AUTO_INCREMENT,
  provider     VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_id   VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- SUCCEEDED FAILED REFUNDED
  amount_minor BIGINT      NOT NULL,
  currency     CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  received_at  DATETIME(3) NOT NULL,
  outcome      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- what it came to, and what a repetition is answered
  PRIMARY KEY (id),
  UNIQUE KEY payment_event_once (provider, event_id),
  KEY payment_event_payment (payment_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Money that goes back to a buyer: units of a paid order that a person refunds, or a payment that cannot stand (quantity 0).
CREATE TABLE refund (
  id           VARCHAR(48)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- the provider's idempotency key
  order_id     VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_id   VARCHAR(48)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity     INT          NOT NULL,
  asked_units  INT          NULL, -- as the request had it; NULL: all that was left
  restock      BOOLEAN      NOT NULL, -- whether the units went back on sale
  amount_minor BIGINT       NOT NULL,
  currency     CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason       VARCHAR(255) NOT NULL,
  requested_by VARCHAR(64)  NOT NULL,
  request_id   VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- whoever asks again with it asks for the same refund
  state        VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- DUE SENT DONE
  created_at   DATETIME(3)  NOT NULL,
  updated_at   DATETIME(3)  NOT NULL,
  next_at      DATETIME(3)  NOT NULL, -- when the provider is to be told, or asked
  tries        INT          NOT NULL DEFAULT 0, -- of either
  PRIMARY KEY (id),
  UNIQUE KEY refund_request (order_id, request_id),
  KEY refund_payment (payment_id),
  KEY refund_due (state, next_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

ALTER TABLE orders ADD COLUMN refunded INT NOT NULL DEFAULT 0; -- of its units
ALTER TABLE promo_item ADD COLUMN restocked INT NOT NULL DEFAULT 0; -- units that refunds put back on sale, ever
