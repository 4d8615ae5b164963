/** The system of docker-compose.yml, which {@code ./flashsale test compose} has started with the stores of ops/docker/debian.yml. */
@NullMarked
package io.flashsale.e2e.compose;

import org.jspecify.annotations.NullMarked;
