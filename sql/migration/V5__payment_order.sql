-- A payment pays for one order or for several. Its own row says what the provider did; what each order's share of the money came to
-- is said here, since the orders of one payment fare each by itself.
CREATE TABLE payment_order (
  payment_id   VARCHAR(48)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id     VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_minor BIGINT       NOT NULL, -- the order's price; all of a payment's are its amount
  state        VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NULL, -- PAID LATE REFUND_DUE REFUNDED; NULL: as the payment's
  reason       VARCHAR(64)  NULL,
  updated_at   DATETIME(3)  NOT NULL,
  PRIMARY KEY (payment_id, order_id),
  KEY payment_order_order (order_id),
  KEY payment_order_state (state, updated_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- A payment that came as it was asked for is PAID from now on, whatever its share came to; REFUND_DUE and REFUNDED are left to one of
-- another amount, which went to no order.
--
-- No consumer of before may change a payment between the copy and the end, and none can afterwards, since it asks for a column that is
-- gone: it answers that it is busy until it is replaced.
LOCK TABLES payment WRITE, payment_order WRITE;

INSERT INTO payment_order (payment_id, order_id, amount_minor, state, reason, updated_at)
SELECT id, order_id, amount_minor,
       IF(state IN ('CREATED', 'FAILED') OR reason = 'WRONG_AMOUNT', NULL, state),
       IF(state IN ('CREATED', 'FAILED') OR reason = 'WRONG_AMOUNT', NULL, reason),
       updated_at
FROM payment;
UPDATE payment JOIN payment_order ON payment_order.payment_id = payment.id SET payment.state = 'PAID', payment.reason = NULL
WHERE payment_order.state IS NOT NULL;

ALTER TABLE payment DROP KEY payment_order, DROP COLUMN order_id;

UNLOCK TABLES;
