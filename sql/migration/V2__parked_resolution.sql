-- How a parked message was settled: SETTLED (its order came by another message), REPLAYED, DISCARDED; by whom and why.
ALTER TABLE parked_message
  ADD COLUMN resolution  VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN resolved_by VARCHAR(64)  NULL,
  ADD COLUMN note        VARCHAR(255) NULL;
