-- What nginx answers by itself, in the API's shape.
require("flashsale.problem").nginx_error()
