-- Reviews, and from where a change came.

-- What a reviewer said of a promo that was handed in. Its content never changes, so the word is of that content.

ALTER TABLE promo
  ADD COLUMN review      VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NULL, -- APPROVED or RETURNED
  ADD COLUMN reviewed_by VARCHAR(64)  NULL,
  ADD COLUMN reviewed_at DATETIME(3)  NULL,
  ADD COLUMN review_note VARCHAR(200) NULL;

-- Who has saved or handed in a draft, and so approves nothing that it becomes.
CREATE TABLE promo_draft_author (
  draft_id BIGINT      NOT NULL,
  name     VARCHAR(64) NOT NULL,
  PRIMARY KEY (draft_id, name),
  CONSTRAINT promo_draft_author_of FOREIGN KEY (draft_id) REFERENCES promo_draft (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- What was typed before had its last author noted, and who handed it in.
INSERT IGNORE INTO promo_draft_author (draft_id, name) SELECT id, edited_by FROM promo_draft;
INSERT IGNORE INTO promo_draft_author (draft_id, name)
  SELECT d.id, a.actor FROM promo_draft d JOIN audit_log a ON a.subject = CONCAT('promo:', d.promo_id) AND a.action = 'PROMO_DRAFTED';

-- The address of who asked, as the CMS's own socket saw it; NULL for what no request made.
ALTER TABLE audit_log
  ADD COLUMN address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD KEY audit_log_actor (actor);
