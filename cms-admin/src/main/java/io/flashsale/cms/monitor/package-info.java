/** The charts of ops/grafana as pages of the CMS: the same dashboards, asked of the same Prometheus. */
@NullMarked
package io.flashsale.cms.monitor;

import org.jspecify.annotations.NullMarked;
