/** Load generators and marks: every figure stands beside a limit that was measured in the same run. */
@NullMarked
package io.flashsale.bench;

import org.jspecify.annotations.NullMarked;
