-- GET /readyz
require("flashsale.health").ready()
