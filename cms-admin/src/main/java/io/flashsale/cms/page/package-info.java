/** The shop's pages, as shoppers fetch them: made of what lies in {@code storefront/} and of what is on sale. */
@NullMarked
package io.flashsale.cms.page;

import org.jspecify.annotations.NullMarked;
