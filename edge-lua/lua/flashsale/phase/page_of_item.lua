-- In front of the page /item/{sku}
require("flashsale.live").page_of_item(ngx.var.flashsale_sku)
