/** A payment provider to develop and rehearse against: its books, its page, its signed events, and the ways in which it misbehaves. */
@NullMarked
package io.flashsale.sandbox;

import org.jspecify.annotations.NullMarked;
