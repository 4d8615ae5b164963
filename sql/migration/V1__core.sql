-- The truth: promos, stock, orders, and what MySQL owes Redis. The same SQL runs on MySQL 8 and MariaDB 10.11 and later.
-- Times are UTC with milliseconds. Owners: cms-admin writes promo, policy, and promo_item's facts when it publishes;
-- order-consumer writes orders, stock_ledger, parked_message, queue_fence and promo_item's counters;
-- backend writes lease, buyer, policy's cache marker, promo_item.epoch and redis_effect.applied_at.

CREATE TABLE promo (
  id          BIGINT       NOT NULL AUTO_INCREMENT,
  name        VARCHAR(120) NOT NULL,
  description TEXT         NOT NULL,
  state       VARCHAR(16)  NOT NULL, -- DRAFT, LIVE, PAUSED, ENDED; whether a LIVE one has begun is the window's to say
  opens_at    DATETIME(3)  NOT NULL,
  closes_at   DATETIME(3)  NOT NULL,
  created_at  DATETIME(3)  NOT NULL,
  updated_at  DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT promo_window CHECK (opens_at < closes_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE promo_item (
  id             BIGINT       NOT NULL AUTO_INCREMENT,
  promo_id       BIGINT       NOT NULL,
  sku            VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name           VARCHAR(120) NOT NULL,
  price_minor    BIGINT       NOT NULL,
  currency       CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  planned        INT          NOT NULL DEFAULT 0, -- units that publishing puts on sale; until then published is 0
  published      INT          NOT NULL,
  available      INT          NOT NULL,
  held           INT          NOT NULL DEFAULT 0,
  sold           INT          NOT NULL DEFAULT 0,
  hold_seconds   INT          NOT NULL,
  quantity_limit INT          NULL,               -- units per buyer where no policy row says otherwise; NULL: none
  min_level      INT          NOT NULL DEFAULT 0, -- buyers below it are not eligible
  level_limits   VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL, -- level=limit;...: replaces the SKU's policy rows when published; NULL: leaves them
  live           TINYINT      NULL,               -- 1 while published and not ended, else NULL
  epoch          BIGINT       NOT NULL DEFAULT 0, -- rises with every rebuild of the item in Redis
  version        BIGINT       NOT NULL DEFAULT 0, -- rises with every redis_effect of the item
  PRIMARY KEY (id),
  UNIQUE KEY promo_item_live_sku (sku, live),     -- a SKU is on one live promo at most
  KEY promo_item_promo (promo_id),
  CONSTRAINT promo_item_of FOREIGN KEY (promo_id) REFERENCES promo (id),
  CONSTRAINT promo_item_stock CHECK (available >= 0 AND held >= 0 AND sold >= 0 AND published = available + held + sold)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE orders (
  id            VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  promo_id      BIGINT       NOT NULL,
  promo_item_id BIGINT       NOT NULL,
  sku           VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id       VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_level    INT          NOT NULL,
  quantity      INT          NOT NULL,
  price_minor   BIGINT       NOT NULL, -- of one unit, of the promo version that was accepted
  currency      CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  promo_version BIGINT       NOT NULL,
  state         VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason        VARCHAR(64)  NULL,
  request_id    VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL, -- NULL for every REJECTED order: it binds no key
  epoch         BIGINT       NOT NULL,
  seq           BIGINT       NOT NULL,
  trace_id      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at    DATETIME(3)  NOT NULL,
  pay_before    DATETIME(3)  NOT NULL,
  updated_at    DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY orders_request (user_id, promo_item_id, request_id),
  KEY orders_deadline (state, pay_before),
  KEY orders_item (promo_item_id, state),
  CONSTRAINT orders_quantity CHECK (quantity BETWEEN 1 AND 100)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Append-only. The sum of each delta over an item is that counter; over all three it is what was published.
CREATE TABLE stock_ledger (
  id              BIGINT       NOT NULL AUTO_INCREMENT,
  operation_id    VARCHAR(96)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- <order id>:<event>, topup:<id>, publish:<item id>
  order_id        VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  promo_item_id   BIGINT       NOT NULL,
  sku             VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event           VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- PUBLISHED TOPPED_UP HELD CANCELLED EXPIRED PAID RETAKEN
  delta_available INT          NOT NULL,
  delta_held      INT          NOT NULL,
  delta_sold      INT          NOT NULL,
  created_at      DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY stock_ledger_operation (operation_id),
  KEY stock_ledger_item (promo_item_id),
  KEY stock_ledger_order (order_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- What MySQL owes Redis; the backend carries it and marks it. INSTALL and REBUILD are carried by rebuilding the item.
CREATE TABLE redis_effect (
  id            BIGINT       NOT NULL AUTO_INCREMENT,
  promo_item_id BIGINT       NOT NULL,
  version       BIGINT       NOT NULL, -- of the item after the change
  kind          VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- INSTALL REBUILD RELEASE SOLD TOP_UP STATE
  payload       VARCHAR(512) NOT NULL, -- JSON
  not_before    DATETIME(3)  NOT NULL, -- returned units rest until then
  created_at    DATETIME(3)  NOT NULL,
  applied_at    DATETIME(3)  NULL,
  PRIMARY KEY (id),
  UNIQUE KEY redis_effect_version (promo_item_id, version),
  KEY redis_effect_due (applied_at, not_before)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Messages that cannot become orders, with the reason; never dropped. They count as held until somebody settles them.
CREATE TABLE parked_message (
  id            BIGINT       NOT NULL AUTO_INCREMENT,
  message_id    VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- the broker's offset message id
  topic         VARCHAR(127) NOT NULL,
  queue_id      INT          NOT NULL,
  queue_offset  BIGINT       NOT NULL,
  order_id      VARCHAR(64)  NULL,     -- the message's key, cut to fit
  promo_item_id BIGINT       NULL,     -- NULL: not even that could be read
  body          LONGBLOB     NOT NULL,
  reason        VARCHAR(255) NOT NULL,
  created_at    DATETIME(3)  NOT NULL,
  resolved_at   DATETIME(3)  NULL,
  PRIMARY KEY (id),
  UNIQUE KEY parked_message_id (message_id),
  KEY parked_message_order (order_id),
  KEY parked_message_open (resolved_at, promo_item_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- How far each queue has passed the markers of rebuilds: behind a fence, an order of an older epoch is rejected.
CREATE TABLE queue_fence (
  broker        VARCHAR(127) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  queue_id      INT          NOT NULL,
  promo_item_id BIGINT       NOT NULL,
  epoch         BIGINT       NOT NULL,
  passed_at     DATETIME(3)  NOT NULL,
  PRIMARY KEY (broker, queue_id, promo_item_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The nonce of the lease that a Redis node was granted; any backend may renew it while this row says so.
CREATE TABLE lease (
  node       VARCHAR(127) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  nonce      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  granted_at DATETIME(3)  NOT NULL,
  PRIMARY KEY (node)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE buyer (
  user_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  level      INT         NOT NULL DEFAULT 0,
  state      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'ACTIVE', -- ACTIVE, BLOCKED
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (user_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Units a level may buy of a SKU; 0: the level may not buy. No row: promo_item.quantity_limit.
CREATE TABLE policy (
  sku            VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_level     INT         NOT NULL,
  quantity_limit INT         NOT NULL,
  PRIMARY KEY (sku, user_level)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE blacklist_entry (
  id         BIGINT       NOT NULL AUTO_INCREMENT,
  kind       VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- address, account, session
  value      VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason     VARCHAR(255) NOT NULL,
  source     VARCHAR(64)  NOT NULL,
  expires_at DATETIME(3)  NULL, -- NULL: until lifted
  created_at DATETIME(3)  NOT NULL,
  lifted_at  DATETIME(3)  NULL,
  change_seq BIGINT       NULL, -- the change of fs:blacklist:changes that carried this row; NULL: not yet carried
  PRIMARY KEY (id),
  KEY blacklist_entry_value (kind, value),
  KEY blacklist_entry_owed (change_seq)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE admin_user (
  id            BIGINT       NOT NULL AUTO_INCREMENT,
  name          VARCHAR(64)  NOT NULL,
  password_hash VARCHAR(255) NOT NULL,
  role          VARCHAR(32)  NOT NULL,
  state         VARCHAR(16)  NOT NULL DEFAULT 'ACTIVE',
  created_at    DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY admin_user_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- One row per change that a person or the operator's command made, in the change's own transaction.
CREATE TABLE audit_log (
  id         BIGINT       NOT NULL AUTO_INCREMENT,
  actor      VARCHAR(64)  NOT NULL,
  action     VARCHAR(64)  NOT NULL,
  subject    VARCHAR(128) NOT NULL,
  detail     TEXT         NOT NULL, -- JSON
  created_at DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  KEY audit_log_subject (subject)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
