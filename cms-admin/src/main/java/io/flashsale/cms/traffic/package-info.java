/** The rules by which the backend puts on the blacklist who asks too often, whom they caught, and whom they leave alone. */
@NullMarked
package io.flashsale.cms.traffic;

import org.jspecify.annotations.NullMarked;
