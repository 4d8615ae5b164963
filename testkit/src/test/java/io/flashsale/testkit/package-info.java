@NullMarked
package io.flashsale.testkit;

import org.jspecify.annotations.NullMarked;
