-- Each worker, at its end: a reload keeps the dicts, so what it counted since its last flush is not lost.
require("flashsale.metrics").flush()
require("flashsale.tally").flush()
