-- Long work of the CMS and how far it is, so that people see it and can have it stop, whichever CMS does it and whichever they ask.
CREATE TABLE work (
  id         BIGINT       NOT NULL AUTO_INCREMENT,
  kind       VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title      VARCHAR(120) NOT NULL,
  begun_by   VARCHAR(64)  NOT NULL,
  begun_at   DATETIME(3)  NOT NULL,
  beat_at    DATETIME(3)  NOT NULL,           -- who does it writes it again and again; one that has not for long is gone
  done       INT          NOT NULL DEFAULT 0,
  total      INT          NOT NULL,
  state      VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- RUNNING, DONE, STOPPED, FAILED, LOST
  stopped_by VARCHAR(64)  NULL,               -- who has asked it to stop; it may be done before it hears of that
  outcome    VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NULL, -- DONE: the page of what came of it; FAILED: a code
  PRIMARY KEY (id),
  KEY work_begun (begun_at),
  CONSTRAINT work_state CHECK (state IN ('RUNNING', 'DONE', 'STOPPED', 'FAILED', 'LOST'))
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
