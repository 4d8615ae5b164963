/** How the REST interface reads JSON strictly and says no: {@code application/problem+json} with a code and a field. */
@NullMarked
package io.flashsale.cms.web;

import org.jspecify.annotations.NullMarked;
