-- GET /livez
require("flashsale.health").live()
