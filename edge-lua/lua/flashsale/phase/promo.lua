-- GET /api/promos/{id}
require("flashsale.live").promo(ngx.var[1])
