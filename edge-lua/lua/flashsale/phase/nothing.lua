-- Where there is neither the page nor the one that says so.
require("flashsale.problem").nothing()
