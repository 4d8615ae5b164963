-- What nginx answers by itself, in the API's shape.
require("flashsale.problem").nginx_error()
ngx.eof() -- sent before nginx meets the rest of a malformed body, on which it would drop the answer
