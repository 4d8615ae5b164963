package io.flashsale.backend;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.flashsale.backend.background.Loop;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.flashsale");

    @Test
    void features_do_not_depend_on_each_other_in_circles() {
        slices().matching("io.flashsale.backend.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void the_service_depends_on_no_other_service_but_the_contract() {
        noClasses()
                .that()
                .resideInAPackage("io.flashsale.backend..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.flashsale.consumer..", "io.flashsale.cms..", "io.flashsale.testkit..")
                .check(CLASSES);
    }

    @Test
    void only_the_queue_package_talks_to_the_broker() {
        noClasses()
                .that()
                .resideInAPackage("io.flashsale.backend..")
                .and()
                .resideOutsideOfPackage("io.flashsale.backend.queue..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.rocketmq..", "com.alibaba.csp..")
                .check(CLASSES);
    }

    @Test
    void only_the_stock_package_calls_functions_of_redis() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.flashsale.backend.stock..")
                .should()
                .callMethodWhere(new com.tngtech.archunit.base.DescribedPredicate<>("FCALL or FUNCTION") {
                    @Override
                    public boolean test(com.tngtech.archunit.core.domain.JavaMethodCall call) {
                        return call.getName().startsWith("fcall")
                                || call.getName().startsWith("function");
                    }
                })
                .check(CLASSES);
    }

    @Test
    void what_repeats_is_a_loop_so_that_its_failures_are_seen() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.springframework.scheduling.annotation.Scheduled")
                .check(CLASSES);
        classes()
                .that()
                .areAssignableTo(Loop.class)
                .should()
                .resideInAPackage("io.flashsale.backend..")
                .check(CLASSES);
    }
}
