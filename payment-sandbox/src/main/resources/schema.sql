CREATE TABLE IF NOT EXISTS payment (
  id           VARCHAR(64)  PRIMARY KEY,
  ref          VARCHAR(64)  NOT NULL UNIQUE,
  amount_minor BIGINT       NOT NULL,
  currency     CHAR(3)      NOT NULL,
  description  VARCHAR(255) NOT NULL,
  state        VARCHAR(16)  NOT NULL, -- OPEN, PAID, DECLINED
  taken_minor  BIGINT       NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS refund (
  id           VARCHAR(80) PRIMARY KEY,
  payment_id   VARCHAR(64) NOT NULL,
  amount_minor BIGINT      NOT NULL
);
CREATE TABLE IF NOT EXISTS event (
  number       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id           VARCHAR(64) NOT NULL,
  kind         VARCHAR(16) NOT NULL,
  payment_id   VARCHAR(64) NOT NULL,
  amount_minor BIGINT      NOT NULL,
  currency     CHAR(3)     NOT NULL,
  refund_id    VARCHAR(80),
  due_at       BIGINT      NOT NULL, -- epoch milliseconds
  tries        INT         NOT NULL DEFAULT 0,
  answer       VARCHAR(64),
  done         BOOLEAN     NOT NULL DEFAULT FALSE
);
