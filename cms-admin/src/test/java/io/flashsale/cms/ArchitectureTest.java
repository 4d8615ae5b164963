package io.flashsale.cms;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.flashsale");

    @Test
    void features_do_not_depend_on_each_other_in_circles() {
        slices().matching("io.flashsale.cms.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void the_service_depends_on_no_other_service_but_the_contract() {
        noClasses()
                .that()
                .resideInAPackage("io.flashsale.cms..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.flashsale.backend..", "io.flashsale.consumer..", "io.flashsale.testkit..")
                .check(CLASSES);
    }

    @Test
    void what_the_service_does_to_redis_goes_through_mysql() {
        noClasses()
                .that()
                .resideInAPackage("io.flashsale.cms..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework.data.redis..", "io.lettuce..", "org.apache.rocketmq..")
                .check(CLASSES);
    }

    @Test
    void only_changes_and_snapshots_open_a_transaction_so_that_none_goes_unaudited() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.flashsale.cms.change.Changes")
                .and()
                .doNotHaveFullyQualifiedName("io.flashsale.cms.change.Snapshot") // reads only
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.springframework.transaction.support.TransactionTemplate")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.springframework.transaction.annotation.Transactional")
                .check(CLASSES);
    }

    @Test
    void what_the_web_sees_is_not_what_the_database_stores() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Row")
                .should()
                .bePackagePrivate()
                .check(CLASSES);
    }
}
