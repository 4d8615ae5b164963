package io.flashsale.cms.cdn;

import io.flashsale.cms.settings.CmsSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A bucket where one is named, else the directory. */
@Configuration(proxyBeanMethods = false)
class CdnSetup {

    @Bean
    CdnPublisher cdnPublisher(CmsSettings settings) {
        return settings.bucket().isNamed()
                ? new BucketPublisher(settings.bucket())
                : new DirectoryPublisher(settings.cdnDirectory());
    }
}
