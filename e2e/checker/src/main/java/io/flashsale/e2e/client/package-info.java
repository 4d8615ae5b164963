/**
 * Clients of a running system: buyers who write down what they did before they do it, the operator, and a reader of the stores
 * that goes past the product.
 */
@NullMarked
package io.flashsale.e2e.client;

import org.jspecify.annotations.NullMarked;
