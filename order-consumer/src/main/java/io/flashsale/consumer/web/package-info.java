/** What the features' controllers share. */
@NullMarked
package io.flashsale.consumer.web;

import org.jspecify.annotations.NullMarked;
