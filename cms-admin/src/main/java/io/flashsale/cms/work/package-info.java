/** Work that takes longer than people wait for a page: how far it is, and that it stops when they say so. */
@NullMarked
package io.flashsale.cms.work;

import org.jspecify.annotations.NullMarked;
