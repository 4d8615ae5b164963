-- GET /api/events
require("flashsale.events").stream()
