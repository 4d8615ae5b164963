/** The people who work here: their roles, passwords, and what ends their sessions. */
@NullMarked
package io.flashsale.cms.people;

import org.jspecify.annotations.NullMarked;
