-- GET /metrics
require("flashsale.health").metrics()
