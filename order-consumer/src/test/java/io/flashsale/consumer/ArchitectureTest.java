package io.flashsale.consumer;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.flashsale", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule of_the_project_it_depends_on_contract_and_tracing_alone = noClasses()
            .that()
            .resideInAPackage("io.flashsale.consumer..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.flashsale..")
                    .and(not(resideInAnyPackage(
                            "io.flashsale.consumer..", "io.flashsale.contract..", "io.flashsale.telemetry.."))));

    @ArchTest
    static final ArchRule features_have_no_cycles =
            slices().matching("io.flashsale.consumer.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule only_the_intake_knows_the_queue = noClasses()
            .that()
            .resideInAPackage("io.flashsale.consumer..")
            .and()
            .resideOutsideOfPackage("io.flashsale.consumer.intake..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.rocketmq..");

    @ArchTest
    static final ArchRule nobody_asks_the_system_for_the_time = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.flashsale.consumer.ConsumerApplication")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.time.Instant.class, "now");
}
