-- How far each consumer is behind in its queues, said by itself each second, for people who watch. A statistic: no order waits for it. Those who
-- have spoken in the last seconds know of the whole topic only where their queues are all that there are.
CREATE TABLE queue_pulse (
  node      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- one life of one consumer
  behind    BIGINT      NULL,     -- messages of its queues that are not rows yet; NULL, as the next two: the broker does not say
  queues    INT         NULL,     -- that it reads
  of_queues INT         NULL,     -- that there are
  oldest_ms BIGINT      NOT NULL, -- age of the oldest message in hand; 0: none in hand
  said_at   DATETIME(3) NOT NULL,
  PRIMARY KEY (node),
  KEY queue_pulse_said (said_at)
) ENGINE = InnoDB;
