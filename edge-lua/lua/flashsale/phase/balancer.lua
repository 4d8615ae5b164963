-- Which backend a request goes to.
require("flashsale.backends").balance()
