-- In front of the page /promo/{id}
require("flashsale.live").page_of_promo(ngx.var.flashsale_promo)
