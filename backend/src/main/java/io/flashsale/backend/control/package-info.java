/** The beat that tells the edge to go on, and what operators ask. */
@NullMarked
package io.flashsale.backend.control;

import org.jspecify.annotations.NullMarked;
