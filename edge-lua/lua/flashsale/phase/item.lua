-- GET /api/items/{sku}
require("flashsale.live").item(ngx.var.flashsale_sku)
