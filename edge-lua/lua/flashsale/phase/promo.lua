-- GET /api/promos/{id}
require("flashsale.live").promo(ngx.var.flashsale_promo)
