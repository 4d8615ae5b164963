-- POST /buy
require("flashsale.funnel").run()
