-- Accounts that people open themselves: how they log in, the codes that prove a phone, their sessions. A buyer without a login is one of a
-- load plan or of the demo. Written by the backend.

CREATE TABLE login (
  user_id       VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  phone         VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- E.164
  password_hash VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- bcrypt
  created_at    DATETIME(3)  NOT NULL,
  changed_at    DATETIME(3)  NOT NULL, -- the password
  PRIMARY KEY (user_id),
  UNIQUE KEY login_phone (phone)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The newest of a phone and purpose is the one that counts. Kept as a keyed digest, for a day.
CREATE TABLE one_time_code (
  id         BIGINT      NOT NULL AUTO_INCREMENT,
  phone      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  purpose    VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- REGISTER, RESET
  digest     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,     -- NULL: no code was sent, and none is right
  tries      INT         NOT NULL DEFAULT 0,
  created_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  used_at    DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY one_time_code_phone (phone, purpose, id),
  KEY one_time_code_age (created_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- A login on one device. Its tokens are short-lived and renewed until it ends; `sid` in the token is the id.
CREATE TABLE session (
  id         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_id    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  renewed_at DATETIME(3) NOT NULL,
  ends_at    DATETIME(3) NOT NULL,
  ended_at   DATETIME(3) NULL, -- by logout, or by a new password
  PRIMARY KEY (id),
  KEY session_user (user_id),
  KEY session_ends (ends_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
