-- How far each consumer is behind in its queues, said by itself each second, for people who watch. A statistic: no order waits for it. Where no row
-- is of the last seconds, nobody reads the queue.
CREATE TABLE queue_pulse (
  node      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- one life of one consumer
  behind    BIGINT      NULL,     -- messages that are not rows yet; NULL: the broker does not say
  oldest_ms BIGINT      NOT NULL, -- age of the oldest message in hand; 0: none
  said_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (node),
  KEY queue_pulse_said (said_at)
) ENGINE = InnoDB;
