/** Pictures: what is taken as one, what the shop shows of it, and where shoppers fetch it. */
@NullMarked
package io.flashsale.cms.image;

import org.jspecify.annotations.NullMarked;
