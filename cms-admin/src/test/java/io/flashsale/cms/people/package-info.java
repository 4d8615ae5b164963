@NullMarked
package io.flashsale.cms.people;

import org.jspecify.annotations.NullMarked;
