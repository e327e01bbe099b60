package sesame.sim.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The reader of a parameter: its model, and the card in it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface SesameReader {
  String profile() default "sesame";

  /** Empty: none. */
  String card() default "sesame-card";
}
