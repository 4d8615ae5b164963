-- GET /api/promos
require("flashsale.live").promos()
