-- In front of what the backend answers itself.
require("flashsale.funnel").admit()
