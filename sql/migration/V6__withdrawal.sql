-- Units that are taken off sale, one row for each request. cms-admin writes the request and how it ended; backend writes what
-- Redis said, which counts only while its epoch is the item's: a later epoch is asked again.
CREATE TABLE withdrawal (
  id            BIGINT       NOT NULL AUTO_INCREMENT, -- the operation that Redis knows it by
  promo_item_id BIGINT       NOT NULL,
  sku           VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  units         INT          NOT NULL,
  reason        VARCHAR(255) NOT NULL,
  requested_by  VARCHAR(64)  NOT NULL,
  request_id    VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- whoever asks again with it asks for the same
  state         VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- ASKED WITHDRAWN REFUSED
  refusal       VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NULL,     -- TOO_FEW_AVAILABLE ENDED
  verdict       VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NULL,     -- of Redis: WITHDRAWN TOO_FEW ENDED
  verdict_epoch BIGINT       NULL,
  created_at    DATETIME(3)  NOT NULL,
  updated_at    DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY withdrawal_request (request_id),
  KEY withdrawal_open (state, promo_item_id),
  CONSTRAINT withdrawal_units CHECK (units >= 1)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Units that were withdrawn, ever. They are published no longer; with those that are they make all that ever came on sale.
ALTER TABLE promo_item ADD COLUMN withdrawn BIGINT NOT NULL DEFAULT 0;
