@NullMarked
package io.flashsale.telemetry;

import org.jspecify.annotations.NullMarked;
