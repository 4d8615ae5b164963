-- What somebody in the CMS decided of what waits for a person. It is carried out by the service that owns the matter, which looks here:
-- the backend for a finding, order-consumer for a parked message.

CREATE TABLE judgement (
  id         BIGINT       NOT NULL AUTO_INCREMENT,
  matter     VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- FINDING or MESSAGE
  matter_id  BIGINT       NOT NULL,                                       -- of the finding, or of the parked message
  verdict    VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- APPROVE a finding; REPLAY or DISCARD a message
  seen       VARCHAR(255) NULL,           -- a finding's detail as it was read; of another one this is no word
  why        VARCHAR(200) NOT NULL,
  judged_by  VARCHAR(64)  NOT NULL,
  judged_at  DATETIME(3)  NOT NULL,
  waiting    BOOLEAN      NULL DEFAULT TRUE, -- NULL once it is carried out: of one matter one waits at most
  carried_at DATETIME(3)  NULL,
  outcome    VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NULL, -- the finding's state or the message's resolution; CHANGED, PARKED: still open
  PRIMARY KEY (id),
  UNIQUE KEY judgement_waiting (matter, waiting, matter_id),
  KEY judgement_of (matter, matter_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
