/** The buyer's way to pay, the providers' way to tell, and late payments' way back to stock. */
@NullMarked
package io.flashsale.backend.payment;

import org.jspecify.annotations.NullMarked;
