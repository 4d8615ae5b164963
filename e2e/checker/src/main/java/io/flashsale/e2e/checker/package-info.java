/**
 * The independent checker: pure functions over what clients saw and what the stores hold after a run. It asks no product
 * code for an opinion, and knows of the product only the shape of its rows.
 */
@NullMarked
package io.flashsale.e2e.checker;

import org.jspecify.annotations.NullMarked;
