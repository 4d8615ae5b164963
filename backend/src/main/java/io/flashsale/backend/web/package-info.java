/** What every endpoint shares: problems, the gate of internal paths, the pool's bulkhead. */
@NullMarked
package io.flashsale.backend.web;

import org.jspecify.annotations.NullMarked;
